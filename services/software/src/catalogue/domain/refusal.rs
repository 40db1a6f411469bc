//! Why the catalogue says no.

use kernel::Fault;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SystemRefusal {
    AlreadyRegistered,
    NotRegistered,
    /// The stage does not lead there.
    WrongStage,
    Retired,
    DependsOnItself,
    PartOfItself,
    /// Others that are not retired depend on it.
    StillNeeded,
    RetirementInThePast,
    UnknownFunction,
}

impl From<SystemRefusal> for Fault {
    fn from(refusal: SystemRefusal) -> Self {
        use SystemRefusal as No;
        match refusal {
            No::AlreadyRegistered => Self::conflict(
                "system-already-registered",
                "The system is already in the catalogue.",
                "სისტემა უკვე კატალოგშია.",
            ),
            No::NotRegistered => Self::conflict(
                "system-not-registered",
                "The system is not in the catalogue.",
                "სისტემა კატალოგში არ არის.",
            ),
            No::WrongStage => Self::conflict(
                "system-wrong-stage",
                "The system's stage of life does not lead there.",
                "სისტემის სასიცოცხლო ციკლის ამჟამინდელი ეტაპიდან ეს გადასვლა შეუძლებელია.",
            ),
            No::Retired => {
                Self::conflict("system-retired", "The system is retired.", "სისტემა ექსპლუატაციიდან გამოყვანილია.")
            }
            No::DependsOnItself => Self::invalid(
                "system-depends-on-itself",
                "A system cannot depend on itself.",
                "სისტემა საკუთარ თავზე დამოკიდებული ვერ იქნება.",
            ),
            No::PartOfItself => Self::invalid(
                "system-part-of-itself",
                "A system cannot be a part of itself or of its own modules.",
                "სისტემა საკუთარი თავის ან საკუთარი მოდულის ნაწილი ვერ იქნება.",
            ),
            No::StillNeeded => Self::conflict(
                "system-still-needed",
                "Other systems still depend on it.",
                "სისტემაზე ჯერ კიდევ სხვა სისტემებია დამოკიდებული.",
            ),
            No::RetirementInThePast => Self::invalid(
                "retirement-in-the-past",
                "The retirement cannot lie in the past.",
                "ექსპლუატაციიდან გამოყვანის თარიღი წარსულში ვერ იქნება.",
            )
            .at("/retire_by"),
            No::UnknownFunction => Self::invalid(
                "function-number-invalid",
                "A function's number looks like 3.4.8.",
                "ფუნქციის ნომერი ასე იწერება: 3.4.8.",
            )
            .at("/functions"),
        }
    }
}
