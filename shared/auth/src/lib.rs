//! Who asks, and how far their rights reach. Knows neither a web framework nor a database.
//!
//! Start with [`principal`] (the caller and the grants they hold) and [`scope`] (what a grant allows). Identity signs
//! tokens with an [`Issuer`]; every service checks them with a [`Verifier`]. [`keys`] holds the Ed25519 keys behind
//! both and how they rotate; [`secret`] draws the opaque secrets that are only stored as digests.
//!
//! Time is always an argument, so that tests decide what time it is. Passwords are identity's business alone.

pub mod keys;
pub mod principal;
pub mod scope;
pub mod secret;
pub mod token;

pub use keys::{HttpKeys, KeySet, KeySource, Keychain, KeysUnavailable, SigningKey, StaticKeys};
pub use principal::{Grant, Principal, PrincipalKind, Reach, Within};
pub use scope::{is_pattern, is_scope, pattern_covers, pattern_includes};
pub use secret::Secret;
pub use token::{AUDIENCE, Claims, Issued, Issuer, Refused, Unissuable, Verifier};
