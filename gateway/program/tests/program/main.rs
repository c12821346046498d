//! The program as its users meet it: command lines, outputs and exit codes, against real nodes.

mod longmen;
mod scenarios;
mod tour;
