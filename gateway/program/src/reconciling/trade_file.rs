//! What a file of transactions is read by.

use longmen_channel_files::{
    Expected, Received, Refusal, Source, StatementRow, TradeFormat, TradeProfile, read_trade_table,
    read_trades,
};

/// A format that is built in, or a profile.
#[derive(Clone, Debug)]
pub(crate) enum TradeFile {
    Format(TradeFormat),
    Profile(Box<TradeProfile>),
}

impl TradeFile {
    /// Reads a file. Rows hold only where the end is [`Received`].
    pub(crate) fn read(
        &self,
        source: &mut dyn Source,
        expected: &Expected,
        take: &mut dyn FnMut(StatementRow),
    ) -> Result<Received, Refusal> {
        match self {
            TradeFile::Format(format) => read_trades(*format, source, expected, take),
            TradeFile::Profile(profile) => read_trade_table(profile, source, expected, take),
        }
    }
}
