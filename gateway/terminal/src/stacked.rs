//! Tables whose rows have no room side by side: each row stands in several lines.

use unicode_width::UnicodeWidthStr;

use crate::table::{Kind, Table};
use crate::wrap::{wrapped, wrapped_texts};

/// What stands between a head and its cell.
const GAP: usize = 2;
/// Figures stand four columns to the right of the texts above them.
const INDENT: usize = 4;

/// A line for each figure, behind its head; texts over all columns stand above. Below a rule, as below heads.
pub(crate) fn figures_below(table: &Table, width: usize) -> String {
    let of_heads = table.columns.iter().map(|column| column.head.width()).max().unwrap_or(0);
    let of_cells = table.rows.iter().flatten().map(|cell| cell.width()).max().unwrap_or(0);
    let whole = INDENT + of_heads + GAP + of_cells;
    let mut lines = vec!["─".repeat(whole.min(width))];
    let mut across = table.across.iter().peekable();
    for (index, row) in table.rows.iter().enumerate() {
        while let Some((_, text)) = across.next_if(|(above, _)| *above <= index) {
            lines.push(wrapped(text, width));
        }
        for (column, cell) in table.columns.iter().zip(row).filter(|(_, cell)| !cell.is_empty()) {
            // A head counts by the columns it takes, which is not the number of its characters.
            let gap = whole - INDENT - column.head.width() - cell.width();
            lines.push(format!("{:INDENT$}{}{:gap$}{cell}", "", column.head, ""));
        }
    }
    lines.extend(across.map(|(_, text)| wrapped(text, width)));
    lines.join("\n")
}

/// A block a row, each below a rule: a line for each cell, behind its head.
pub(crate) fn blocks(table: &Table, width: usize) -> String {
    let of_heads = table.columns.iter().map(|column| column.head.width()).max().unwrap_or(0);
    let mut out = Vec::new();
    let mut across = table.across.iter().peekable();
    for (index, row) in table.rows.iter().enumerate() {
        while let Some((_, text)) = across.next_if(|(above, _)| *above <= index) {
            out.push(wrapped(text, width));
        }
        let mut block = Vec::new();
        for (column, cell) in table.columns.iter().zip(row).filter(|(_, cell)| !cell.is_empty()) {
            let gap = of_heads - column.head.width() + GAP;
            let head = format!("{}{:gap$}", column.head, "");
            block.push(behind(&head, cell, column.kind != Kind::Text, width));
        }
        let widest = block.iter().flat_map(|lines| lines.lines()).map(UnicodeWidthStr::width).max();
        out.push("─".repeat(widest.unwrap_or(0)));
        out.extend(block);
    }
    out.extend(across.map(|(_, text)| wrapped(text, width)));
    out.join("\n")
}

/// A cell behind its head; one that is whole and has no room there stands below.
fn behind(head: &str, cell: &str, whole: bool, width: usize) -> String {
    let texts = [(cell, whole)].into_iter();
    let room = width.saturating_sub(head.width());
    match whole && cell.width() > room {
        true => format!("{}\n{:INDENT$}{}", head.trim_end(), "", wrapped_texts(texts, width - INDENT)),
        false => {
            let lines = wrapped_texts(texts, room);
            let below = format!("\n{:indent$}", "", indent = head.width());
            format!("{head}{}", lines.replace('\n', &below))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HUGE: &str = "123,456,789,012,345,678.00";
    const ID: &str = "0x0123456789abcdef0123456789abcdef";

    #[test]
    fn texts_stand_above_figures_where_rows_have_no_room() {
        let mut table = Table::new(&[">id", "=number", "name", ">balance", ">available", "state"]);
        table.row(["7", ID, "应付账款-商户待结算资金", HUGE, "no limit", "normal"]);
        table.row(["8", "U1", "", "1.00", HUGE, ""]);
        let text = table.fit(80).to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[2], format!("7  {ID}  应付账款-商户待结算资金  normal"), "{text}");
        assert_eq!(lines[3].split_whitespace().collect::<Vec<_>>(), [HUGE, "no", "limit"], "{text}");
        assert_eq!(lines[4], "8  U1", "{text}");
        assert_eq!(lines.len(), 6, "{text}");
    }

    #[test]
    fn figures_have_lines_of_their_own_where_they_have_no_room_beside_each_other() {
        let mut table = Table::new(&["subject", ">opening", ">debit", ">credit", ">closing"]);
        table.across(["assets 资产类"]);
        table.row(["10020101", HUGE, "1.00", "", HUGE]);
        let text = table.fit(60).to_string();
        let expect = [
            "───────────────────────────────────────",
            "assets 资产类",
            "10020101",
            "    opening  123,456,789,012,345,678.00",
            "    debit                          1.00",
            "    closing  123,456,789,012,345,678.00",
        ];
        assert_eq!(text.lines().collect::<Vec<_>>(), expect, "{text}");
    }

    #[test]
    fn a_row_is_a_block_where_it_is_mostly_text() {
        let mut table = Table::new(&["=id", "what", "", ">amount"]);
        table.row([ID, "month end settlement of all merchants", "expired", "1.00"]);
        table.row(["F1", "", "", HUGE]);
        let text = table.fit(44).to_string();
        let expect = [
            "──────────────────────────────────────────",
            "id      0x0123456789abcdef0123456789abcdef",
            "what    month end settlement of all",
            "            merchants",
            "        expired",
            "amount  1.00",
            "──────────────────────────────────",
            "id      F1",
            "amount  123,456,789,012,345,678.00",
        ];
        assert_eq!(text.lines().collect::<Vec<_>>(), expect, "{text}");
        let mut table = Table::new(&["=transaction id", "what"]);
        table.row([ID, "a text of some length"]);
        let text = table.fit(40).to_string();
        assert!(text.contains(&format!("transaction id\n    {ID}\nwhat ")), "{text}");
    }
}
