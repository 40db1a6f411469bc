//! Why a vendor's record does not change.

use kernel::Fault;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VendorRefusal {
    AlreadyRegistered,
    NotRegistered,
    InvalidCode,
    UnknownContact,
    BlacklistedInThePast,
}

impl From<VendorRefusal> for Fault {
    fn from(refusal: VendorRefusal) -> Self {
        use VendorRefusal as No;
        match refusal {
            No::AlreadyRegistered => Self::conflict(
                "vendor-already-registered",
                "The vendor is already registered.",
                "მიმწოდებელი უკვე რეგისტრირებულია.",
            ),
            No::NotRegistered => Self::conflict(
                "vendor-not-registered",
                "The vendor is not registered.",
                "მიმწოდებელი რეგისტრირებული არ არის.",
            ),
            No::InvalidCode => Self::invalid(
                "identification-code-invalid",
                "A legal person's identification code has 9 digits, an individual entrepreneur's 11.",
                "იურიდიული პირის საიდენტიფიკაციო კოდი 9-ნიშნაა, ინდივიდუალური მეწარმისა – 11-ნიშნა.",
            )
            .at("/identification_code"),
            No::UnknownContact => Self::conflict(
                "vendor-contact-unknown",
                "The vendor has no such contact.",
                "მიმწოდებელს ასეთი საკონტაქტო პირი არ ჰყავს.",
            ),
            No::BlacklistedInThePast => Self::invalid(
                "blacklisting-in-the-past",
                "The blacklisting cannot end in the past.",
                "შავ სიაში ყოფნის ვადა წარსულში ვერ დასრულდება.",
            )
            .at("/until"),
        }
    }
}
