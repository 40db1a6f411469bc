//! Why a contract does not change.

use kernel::Fault;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContractRefusal {
    AlreadyDrafted,
    /// What was agreed or signed is not edited.
    NotDraft,
    NotAgreed,
    /// Not signed yet, or over.
    NotInForce,
    WrongState,
    VendorBarred,
    NegativeValue,
    EndOrTerm,
    EndsBeforeItStarts,
    EndsTooLate,
    RenewalUnclear,
    /// The device at this index.
    NamelessDevice(usize),
    CoverBackwards(usize),
    SignedInTheFuture,
    SignedAfterItsEnd,
    UnknownAmendment,
    AmendmentNotDraft,
    AmendsNothing,
    AmendedEndInThePast,
    OtherCurrency,
    SignedBeforeTheFormer,
    NotTacit,
    NoticeTooLate,
    NoticeInTheFuture,
}

impl From<ContractRefusal> for Fault {
    fn from(refusal: ContractRefusal) -> Self {
        let (code, en, ka) = refusal.words();
        match refusal.pointer() {
            Some(pointer) => Self::invalid(code, en, ka).at(pointer),
            None => Self::conflict(code, en, ka),
        }
    }
}

impl ContractRefusal {
    /// Where in the input the fault lies; none when it is the state that does not allow it.
    fn pointer(self) -> Option<String> {
        Some(match self {
            Self::AlreadyDrafted
            | Self::NotDraft
            | Self::NotAgreed
            | Self::NotInForce
            | Self::WrongState
            | Self::VendorBarred
            | Self::UnknownAmendment
            | Self::AmendmentNotDraft
            | Self::NotTacit
            | Self::NoticeTooLate => return None,
            Self::NegativeValue => "/price/net".into(),
            Self::EndOrTerm | Self::EndsBeforeItStarts | Self::EndsTooLate => "/period".into(),
            Self::RenewalUnclear => "/renewal".into(),
            Self::NamelessDevice(index) => format!("/covers/{index}"),
            Self::CoverBackwards(index) => format!("/covers/{index}/until"),
            Self::SignedInTheFuture | Self::SignedAfterItsEnd | Self::SignedBeforeTheFormer => "/signed_on".into(),
            Self::AmendsNothing => "/changes".into(),
            Self::AmendedEndInThePast => "/changes/ends_on".into(),
            Self::OtherCurrency => "/changes/price/net/currency".into(),
            Self::NoticeInTheFuture => "/given_on".into(),
        })
    }

    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::AlreadyDrafted => {
                ("contract-already-drafted", "The contract is already drafted.", "ხელშეკრულების პროექტი უკვე არსებობს.")
            }
            Self::NotDraft => (
                "contract-not-draft",
                "Only a draft is edited; a signed contract is amended.",
                "იცვლება მხოლოდ პროექტი; ხელმოწერილ ხელშეკრულებაში ცვლილება შედის შეთანხმებით.",
            ),
            Self::NotAgreed => (
                "contract-not-agreed",
                "Only an agreed contract is signed.",
                "ხელი ეწერება მხოლოდ შეთანხმებულ ხელშეკრულებას.",
            ),
            Self::NotInForce => (
                "contract-not-in-force",
                "The contract is not signed yet, or is over.",
                "ხელშეკრულება ჯერ ხელმოწერილი არ არის ან უკვე დასრულებულია.",
            ),
            Self::WrongState => (
                "contract-wrong-state",
                "The contract's state does not allow it.",
                "ხელშეკრულების ამჟამინდელი მდგომარეობა ამის საშუალებას არ იძლევა.",
            ),
            Self::VendorBarred => ("vendor-blacklisted", "The vendor is blacklisted.", "მიმწოდებელი შავ სიაშია."),
            Self::NegativeValue => ("value-negative", "A value is not negative.", "ღირებულება უარყოფითი ვერ იქნება."),
            Self::EndOrTerm => (
                "contract-end-or-term",
                "Either the last day or a term must be given.",
                "უნდა მიეთითოს ბოლო დღე ან ვადა, მხოლოდ ერთ-ერთი.",
            ),
            Self::EndsBeforeItStarts => (
                "contract-ends-before-start",
                "A contract cannot end before it starts.",
                "ხელშეკრულება დაწყებამდე ვერ დასრულდება.",
            ),
            Self::EndsTooLate => (
                "contract-ends-too-late",
                "A contract cannot end after 2199.",
                "ხელშეკრულების დასრულების თარიღი 2199 წელს ვერ გასცდება.",
            ),
            Self::RenewalUnclear => (
                "renewal-unclear",
                "Tacit renewal needs months; express renewal has none; no renewal has neither months nor notice.",
                "მდუმარე განახლებისას უნდა მიეთითოს თვეები, პირდაპირი განახლებისას – არა; განახლების გარეშე არც თვეები ეთითება და არც შეტყობინების ვადა.",
            ),
            Self::NamelessDevice(_) => (
                "device-without-name",
                "A device needs its id, number, inventory number or serial number.",
                "მოწყობილობას უნდა ჰქონდეს იდენტიფიკატორი, ნომერი, საინვენტარო ან სერიული ნომერი.",
            ),
            Self::CoverBackwards(_) => (
                "cover-ends-before-start",
                "The cover of a device cannot end before it begins.",
                "მოწყობილობის დაფარვა დაწყებამდე ვერ დასრულდება.",
            ),
            Self::SignedInTheFuture => {
                ("signed-in-future", "It cannot be signed in the future.", "ხელმოწერის თარიღი მომავალში ვერ იქნება.")
            }
            Self::SignedAfterItsEnd => (
                "signed-after-end",
                "A contract cannot be signed after its end.",
                "ხელშეკრულებას დასრულების შემდეგ ხელი ვერ მოეწერება.",
            ),
            Self::UnknownAmendment => {
                ("amendment-unknown", "The contract has no such amendment.", "ხელშეკრულებას ასეთი ცვლილება არ აქვს.")
            }
            Self::AmendmentNotDraft => {
                ("amendment-not-draft", "The amendment is not a draft any more.", "ცვლილება პროექტი აღარ არის.")
            }
            Self::AmendsNothing => ("amendment-empty", "The amendment changes nothing.", "ცვლილება არაფერს ცვლის."),
            Self::AmendedEndInThePast => (
                "amended-end-in-past",
                "The new end lies before the start or the signature.",
                "ახალი დასრულების თარიღი დაწყებაზე ან ხელმოწერაზე ადრეა.",
            ),
            Self::OtherCurrency => (
                "amendment-other-currency",
                "An amendment keeps the currency of the contract.",
                "ცვლილება ხელშეკრულების ვალუტას ვერ შეცვლის.",
            ),
            Self::SignedBeforeTheFormer => (
                "signed-before-former",
                "It is signed after the contract and its former amendments.",
                "ხელმოწერა ხელშეკრულებისა და წინა ცვლილებების შემდეგ უნდა იყოს.",
            ),
            Self::NotTacit => (
                "contract-not-tacit",
                "Only a contract that renews itself needs notice.",
                "შეტყობინება საჭიროა მხოლოდ მდუმარედ განახლებადი ხელშეკრულებისთვის.",
            ),
            Self::NoticeTooLate => {
                ("notice-too-late", "The last day for notice has passed.", "შეტყობინების ბოლო დღე გასულია.")
            }
            Self::NoticeInTheFuture => (
                "notice-in-future",
                "Notice cannot be given in the future.",
                "შეტყობინების თარიღი მომავალში ვერ იქნება.",
            ),
        }
    }
}
