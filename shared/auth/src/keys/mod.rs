//! The Ed25519 keys behind the tokens.
//!
//! [`signing`] has the private keys and their rotation, [`set`] the document that publishes the public ones (RFC 7517),
//! [`source`] where a verifier gets that document, and [`known`] what a verifier remembers of it.

pub(crate) mod known;
pub mod set;
pub mod signing;
pub mod source;

pub use set::{KeySet, PublicKey};
pub use signing::{Keychain, NotAKey, SigningKey};
pub use source::{HttpKeys, KeySource, KeysUnavailable, StaticKeys};
