//! Writes to standard output: the ready line and the help text.

#[expect(
    clippy::print_stdout,
    reason = "the ready line is the program's output"
)]
pub(crate) fn print_line(text: &str) {
    println!("{text}");
}
