//! Why a token was refused.

/// Why a token was refused. [`Refused::KeysUnavailable`] is a failure of ours (503), all others the caller's (401).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refused {
    #[error("there is no token")]
    Missing,
    /// Not an access token as our issuer makes them.
    #[error("the token cannot be read")]
    Malformed,
    #[error("the signature of the token is wrong")]
    BadSignature,
    #[error("the token is signed with an unknown key")]
    UnknownKey,
    #[error("the token has expired")]
    Expired,
    #[error("the token is not valid yet")]
    NotYetValid,
    #[error("the token comes from another issuer")]
    WrongIssuer,
    #[error("the token is meant for someone else")]
    WrongAudience,
    /// The keys to check it with cannot be had at the moment.
    #[error("the token cannot be checked at the moment")]
    KeysUnavailable,
}

impl Refused {
    /// Stable, kebab-case.
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "token-missing",
            Self::Malformed => "token-malformed",
            Self::BadSignature => "token-signature-wrong",
            Self::UnknownKey => "token-key-unknown",
            Self::Expired => "token-expired",
            Self::NotYetValid => "token-not-yet-valid",
            Self::WrongIssuer => "token-issuer-wrong",
            Self::WrongAudience => "token-audience-wrong",
            Self::KeysUnavailable => "keys-unavailable",
        }
    }

    /// Whether trying the same token again later can help.
    pub fn is_temporary(self) -> bool {
        matches!(self, Self::KeysUnavailable | Self::NotYetValid)
    }
}
