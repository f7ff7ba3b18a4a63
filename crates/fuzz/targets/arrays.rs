#![no_main]
unpickle_fuzz::target!(arrays);
