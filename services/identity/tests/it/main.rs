mod access;
mod employees;
mod golden;
mod house;
mod hrsync;
mod ministry;
mod service_accounts;
mod sign_in;
