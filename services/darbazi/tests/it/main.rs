//! The program itself, started and stopped as an operator would.

mod operators;
mod program;
mod servers;
mod stops;
