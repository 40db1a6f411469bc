mod catalogue;
mod criticality;
mod golden;
mod ministry;
