//! Which category a device type of the library is of; the library itself does not say.

use serde_json::Value;

use crate::catalogue::Category;

/// Beginnings of the words in a slug that makers use for one kind of thing.
const NAMES: &[(Category, &[&str])] = &[
    (Category::Firewall, &["asa", "fortigate", "fortiwifi", "fg", "srx", "firepower", "fpr", "sophos", "xgs", "pa"]),
    (Category::Ups, &["smt", "smx", "srt", "sua", "surt", "ups", "smart"]),
    (
        Category::Server,
        &["poweredge", "proliant", "thinksystem", "superserver", "primergy", "dl3", "dl5", "ml3", "ucs"],
    ),
    (Category::AccessPoint, &["ap", "uap", "air", "unifi-ap", "mr3", "mr4", "mr5", "cap", "wap", "eap"]),
    (Category::Router, &["ccr", "rb", "isr", "asr", "hex", "edgerouter", "router", "mx", "vedge"]),
    (Category::Switch, &["crs", "css", "catalyst", "nexus", "switch", "procurve", "ex", "qfx", "comware", "sg", "ws"]),
    (Category::Camera, &["ds", "ipc", "camera", "dome", "bullet"]),
    (Category::Printer, &["laserjet", "deskjet", "officejet", "printer", "ecosys"]),
    (Category::Phone, &["phone", "yealink", "grandstream", "gxp", "polycom", "cp"]),
    (Category::Laptop, &["laptop", "elitebook", "probook", "latitude", "thinkpad", "macbook"]),
    (Category::Workstation, &["optiplex", "elitedesk", "prodesk", "thinkcentre", "workstation", "nuc"]),
    (Category::Monitor, &["monitor", "display"]),
    (Category::Projector, &["projector"]),
];

/// Words that the comments of a type use for what it is.
const PHRASES: &[(Category, &[&str])] = &[
    (Category::Firewall, &["firewall", "security appliance"]),
    (Category::AccessPoint, &["access point"]),
    (Category::Ups, &["smart-ups", "uninterruptible", " ups"]),
    (Category::Switch, &["switch"]),
    (Category::Router, &["router"]),
    (Category::Server, &["server"]),
    (Category::Camera, &["camera"]),
    (Category::Printer, &["printer"]),
    (Category::Phone, &["phone"]),
];

/// So many wired interfaces make a switch.
const PORTS_OF_A_SWITCH: usize = 5;

/// What the type is most likely, from what it is called, then said to be, then made of.
pub fn category(details: &Value) -> Category {
    let text = |name: &str| details[name].as_str().unwrap_or_default().to_lowercase();
    let comments = text("comments");
    phrase(&text("model"))
        .or_else(|| name(&text("slug")))
        .or_else(|| phrase(&comments))
        .unwrap_or_else(|| made_of(&details["components"]))
}

fn phrase(text: &str) -> Option<Category> {
    let said = |(_, phrases): &&(Category, &[&str])| phrases.iter().any(|phrase| text.contains(phrase));
    PHRASES.iter().find(said).map(|(category, _)| *category)
}

/// The first word of a slug is the maker's.
fn name(slug: &str) -> Option<Category> {
    let words: Vec<&str> = slug.split('-').skip(1).collect();
    let called = |(_, beginnings): &&(Category, &[&str])| {
        beginnings.iter().any(|beginning| words.iter().any(|word| begins(word, beginning)))
    };
    NAMES.iter().find(called).map(|(category, _)| *category)
}

/// `ccr1036` begins with `ccr`, but `apple` does not begin with `ap`: a number or nothing must follow.
fn begins(word: &str, beginning: &str) -> bool {
    let rest = word.strip_prefix(beginning);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(|letter: char| letter.is_ascii_digit()))
}

fn made_of(components: &Value) -> Category {
    let count = |name: &str| components[name].as_array().map_or(0, Vec::len);
    let kinds = components["interfaces"].as_array().into_iter().flatten().filter_map(|one| one["type"].as_str());
    let networked = kinds.filter(|kind| kind.starts_with("ieee802.11") || kind.contains("base-"));
    let (wireless, wired): (Vec<&str>, Vec<&str>) = networked.partition(|kind| kind.starts_with("ieee802.11"));
    match (wireless.len(), wired.len()) {
        (1.., 0..=2) => Category::AccessPoint,
        (_, PORTS_OF_A_SWITCH..) => Category::Switch,
        (_, 1..) if count("power_ports") > 1 && count("module_bays") > 0 => Category::Server,
        _ => Category::Other,
    }
}
