//! Why a device cannot do what it is asked.

use kernel::{Fault, Kind};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceRefusal {
    AlreadyRegistered,
    NotRegistered,
    NotOrdered,
    NotInStock,
    NotReserved,
    ReservedForAnother,
    NotAssigned,
    AlreadyHeldByThem,
    /// The receiver of the last act has neither accepted nor refused.
    HandoverPending,
    /// This act is not the one the device waits for.
    ActNotPending,
    NotInRepair,
    /// It cannot go to repair from where it is.
    NotAtHand,
    AlreadyLost,
    NotLost,
    NotRetired,
    /// Somebody holds it.
    StillHeld,
    Disposed,
    InventoryNumberMissing,
    DateInFuture {
        pointer: &'static str,
    },
    DateInPast {
        pointer: &'static str,
    },
    AttributesInvalid(Vec<Fault>),
}

impl From<DeviceRefusal> for Fault {
    fn from(refusal: DeviceRefusal) -> Self {
        use DeviceRefusal as R;
        let (code, en, ka) = match refusal {
            R::AttributesInvalid(faults) => return Fault::all(Kind::Invalid, faults),
            R::DateInFuture { pointer } => return date_in_future(pointer),
            R::DateInPast { pointer } => return date_in_past(pointer),
            R::InventoryNumberMissing => return inventory_number_missing(),
            R::AlreadyRegistered => {
                ("device-already-registered", "The device is already registered.", "მოწყობილობა უკვე რეგისტრირებულია.")
            }
            R::NotRegistered => {
                ("device-not-registered", "The device is not registered.", "მოწყობილობა რეგისტრირებული არ არის.")
            }
            R::NotOrdered => {
                ("device-not-ordered", "The device is not on order.", "მოწყობილობა შეკვეთილ მდგომარეობაში არ არის.")
            }
            R::NotInStock => ("device-not-in-stock", "The device is not in stock.", "მოწყობილობა საწყობში არ არის."),
            R::NotReserved => ("device-not-reserved", "The device is not reserved.", "მოწყობილობა დაჯავშნილი არ არის."),
            R::ReservedForAnother => (
                "device-reserved-for-another",
                "The device is reserved for somebody else.",
                "მოწყობილობა სხვისთვის არის დაჯავშნილი.",
            ),
            R::NotAssigned => (
                "device-not-assigned",
                "The device is not assigned to anybody.",
                "მოწყობილობა არავისზე არ არის გაცემული.",
            ),
            R::AlreadyHeldByThem => {
                ("device-already-held", "They hold the device already.", "მოწყობილობა უკვე მათზე ირიცხება.")
            }
            R::HandoverPending => (
                "handover-pending",
                "The receiver of the last handover act has not accepted or refused it yet.",
                "ბოლო მიღება-ჩაბარების აქტი მიმღებს ჯერ არც დაუდასტურებია და არც უარუყვია.",
            ),
            R::ActNotPending => (
                "handover-not-pending",
                "The device does not wait for this handover act.",
                "მოწყობილობა ამ მიღება-ჩაბარების აქტს არ ელოდება.",
            ),
            R::NotInRepair => {
                ("device-not-in-repair", "The device is not in repair.", "მოწყობილობა შეკეთებაში არ იმყოფება.")
            }
            R::NotAtHand => (
                "device-not-at-hand",
                "The device must be in stock or assigned for this.",
                "ამისთვის მოწყობილობა საწყობში ან გაცემული უნდა იყოს.",
            ),
            R::AlreadyLost => {
                ("device-already-lost", "The device is already reported lost.", "მოწყობილობა უკვე დაკარგულად ითვლება.")
            }
            R::NotLost => ("device-not-lost", "The device is not lost.", "მოწყობილობა დაკარგული არ არის."),
            R::NotRetired => {
                ("device-not-retired", "The device is not retired.", "მოწყობილობა ექსპლუატაციიდან ამოღებული არ არის.")
            }
            R::StillHeld => (
                "device-still-held",
                "Somebody holds the device; it must be returned first.",
                "მოწყობილობა პირზე ირიცხება; ჯერ უნდა დაბრუნდეს.",
            ),
            R::Disposed => ("device-disposed", "The device is disposed of.", "მოწყობილობა უტილიზებულია."),
        };
        Fault::conflict(code, en, ka)
    }
}

pub fn date_in_future(pointer: &str) -> Fault {
    Fault::invalid("date-in-future", "The date may not lie in the future.", "თარიღი მომავალში არ უნდა იყოს.")
        .at(pointer)
}

fn date_in_past(pointer: &str) -> Fault {
    Fault::invalid("date-in-past", "The date may not lie in the past.", "თარიღი წარსულში არ უნდა იყოს.").at(pointer)
}

fn inventory_number_missing() -> Fault {
    let (en, ka) =
        ("A device that is here needs an inventory number.", "მიღებულ მოწყობილობას საინვენტარო ნომერი სჭირდება.");
    Fault::invalid("inventory-number-missing", en, ka).at("/inventory_number")
}
