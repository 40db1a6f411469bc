//! What holds for the platform as a whole.
//!
//! `contracts` compares what the services promise with the committed documents, and holds every operation to it;
//! `architecture` holds the code to the house plan. Both iterate over `darbazi::services()`, so nothing new is left out.

mod architecture;
mod contracts;
mod journeys;
mod platform;
