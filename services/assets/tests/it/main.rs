mod catalogue;
mod custody;
mod golden;
mod ministry;
mod register;
