//! Maps the messages of the loader to codes.

use super::codes::Code;

/// Text that a message of the loader contains, and its code. The first match counts.
const MESSAGES: [(&str, Code); 23] = [
    ("the line is not UTF-8", Code::Encoding),
    ("NUL byte", Code::NulByte),
    ("fields found", Code::FewFields),
    ("is not a kind", Code::NoKind),
    ("is already defined", Code::DuplicateId),
    ("unknown flag", Code::UnknownFlag),
    ("exclude each other", Code::UnknownFlag),
    ("unknown evidence", Code::UnknownEvidence),
    ("unknown kind of alias", Code::UnknownAliasKind),
    ("before any entity", Code::AliasWithoutEntity),
    ("unknown directive", Code::BadDirective),
    ("needs one entity id", Code::BadDirective),
    ("there is no entity", Code::BadDirective),
    ("to remove", Code::BadDirective),
    ("is the canonical name of", Code::BadDirective),
    ("!include without a file", Code::BadDirective),
    ("includes itself", Code::BadDirective),
    ("cannot read the included file", Code::BadDirective),
    ("has no letter to match", Code::NoLetter),
    ("is not a latitude", Code::BadNumber),
    ("is not a longitude", Code::BadNumber),
    ("is not a whole number", Code::BadNumber),
    ("is not key=value", Code::NotKeyValue),
];

/// The code of a message of the loader; [`Code::Refused`] for a message without a code of its own.
pub(super) fn code_of(message: &str) -> Code {
    MESSAGES.iter().find(|(part, _)| message.contains(part)).map_or(Code::Refused, |(_, code)| *code)
}
