//! The program itself, started and stopped as an operator would.

mod program;
mod stops;
