#![no_main]
unpickle_fuzz::target!(decode);
