mod calendar;
mod contracts;
mod golden;
mod ministry;
mod timers;
mod vendors;
