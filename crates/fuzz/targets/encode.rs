#![no_main]
unpickle_fuzz::target!(encode);
