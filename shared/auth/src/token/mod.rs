//! Access tokens: signed JSON Web Tokens (RFC 9068) that every service checks by itself.
//!
//! [`claims`] says what a token carries, [`issuer`] signs it, [`verifier`] checks it, and [`refused`] lists why not.

pub mod claims;
pub mod issuer;
pub mod refused;
pub mod verifier;

pub use claims::Claims;
pub use issuer::{Issued, Issuer, Unissuable};
pub use refused::Refused;
pub use verifier::Verifier;

use chrono::TimeDelta;

/// Whom our tokens are for: all services of the platform.
pub const AUDIENCE: &str = "darbazi";

/// How far the clocks of two machines may differ.
pub const LEEWAY: TimeDelta = TimeDelta::seconds(10);

/// No token is longer, as headers are limited along the way.
pub const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// The `typ` header of an access token (RFC 9068 §2.1): no other kind of token passes for one.
const ACCESS_TOKEN: &str = "at+jwt";
