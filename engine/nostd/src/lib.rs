//! A static library of the engine with its default features, a panic handler and an allocator, and no
//! standard library. That it links is the test: if the engine or one of its dependencies came to use
//! `std`, the compiler would find two panic handlers and refuse (E0152). The engine must stay free of
//! it, because it runs where there is none: in WebAssembly, and in hosts that bring their own world.
//!
//! `cargo build --manifest-path engine/nostd/Cargo.toml --release`
#![no_std]

use core::{
    alloc::{GlobalAlloc, Layout},
    panic::PanicInfo,
    ptr,
};

use wardlaw::{Engine, Request, input};

/// Gives no memory: nothing here runs.
struct Nothing;

// SAFETY: an allocator may always refuse.
unsafe impl GlobalAlloc for Nothing {
    unsafe fn alloc(&self, _: Layout) -> *mut u8 {
        ptr::null_mut()
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static ALLOCATOR: Nothing = Nothing;

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}

/// Reaches all of the engine: from sources over a document to the bytes of a decision.
// SAFETY: no other function of this name is linked.
#[unsafe(no_mangle)]
pub extern "C" fn wardlaw_nostd() -> usize {
    let Ok(engine) = Engine::builder().source("p.ward", "package p").build() else {
        return 0;
    };
    let mut length = 0;
    for item in input::read_stream("a: 1", input::Format::Auto, &input::ReadLimits::default()) {
        if let Ok(document) = item.result {
            let decision = engine.decide(&Request::input("request", &document));
            length += decision.to_json_string().len();
        }
    }
    length
}
