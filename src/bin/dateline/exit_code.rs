//! From the outcome of a command to the exit code: 0 done, 1 done but with a difference, 2 not done, 3 done but input was lost, 130
//! stopped.

use std::error::Error as StdError;
use std::io;

use dateline::ErrorKind;

/// How a command ended without an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Done without a difference.
    Done,
    /// Done, but records were skipped under `--strict`, or a check found a difference.
    Differs,
    /// Done, but an input could not be read to its end, or nothing of it was understood.
    InputLost,
}

/// An error of the library, or of writing to standard output.
pub(crate) type CommandResult = Result<Outcome, Box<dyn StdError>>;

/// Prints the error, if there is one, and chooses the code.
pub(crate) fn of(outcome: CommandResult) -> u8 {
    match outcome {
        Ok(Outcome::Done) => 0,
        Ok(Outcome::Differs) => 1,
        Ok(Outcome::InputLost) => 3,
        // The reader of the output has closed it on purpose.
        Err(error) if is_closed_pipe(error.as_ref()) => 0,
        Err(error) => {
            crate::terminal::say!("dateline: {error}");
            match error.downcast_ref::<dateline::Error>().map(dateline::Error::kind) {
                Some(ErrorKind::Interrupted) => 130,
                _ => 2,
            }
        }
    }
}

/// Treats a closed pipe as success: the reader of the output needed no more. The outcome of the command still counts.
pub(crate) fn unless_closed(printed: Result<(), Box<dyn StdError>>) -> Result<(), Box<dyn StdError>> {
    match printed {
        Err(error) if is_closed_pipe(error.as_ref()) => Ok(()),
        other => other,
    }
}

fn is_closed_pipe(error: &(dyn StdError + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
            return true;
        }
        next = error.source();
    }
    false
}
