//! Standard output: the one place that writes to it. One JSON line when all is ready, and the help text.

#[expect(
    clippy::print_stdout,
    reason = "the ready line is the program's output"
)]
pub(crate) fn print_line(text: &str) {
    println!("{text}");
}
