//! Shared by tests here and of the command line: tiny encoders of each family, and a server that speaks the hub's file API.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)] // each test file uses a part of this

pub mod server;
pub mod tiny;
