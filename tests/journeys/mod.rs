//! What people and systems do with the platform, from one end to the other.

mod a_leaver_hands_everything_back;
mod office;
mod topics;
