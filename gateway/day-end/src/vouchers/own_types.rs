//! What our own types of transactions are called in vouchers (摘要), where the settings do not say otherwise.

/// The summary of a type that runs of the day's end post; none of any other.
pub(super) fn own_summary(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "interest-accrue" => "计提利息",
        "interest-pay" => "付息",
        "interest-capitalise" => "结息入账",
        "interest-adjust" => "利息调整",
        "interest-accrue-overdraft" => "计提透支利息",
        "interest-charge-overdraft" => "透支利息",
        "interest-adjust-overdraft" => "透支利息调整",
        "bill-accrue" => "计提逾期利息",
        "bill-return_accrual" => "冲回逾期利息计提",
        "bill-charge" => "逾期利息",
        "bill-return_charge" => "退回逾期利息",
        "bill-withhold" => "代扣还款",
        "revalue" => "期末调汇",
        "translate" => "外币损益折算",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use longmen_bills::PostingKind;
    use longmen_interest::DueKind;

    use super::*;

    #[test]
    fn whatever_a_run_posts_has_a_summary_of_its_own() {
        let interest = [
            DueKind::Accrue,
            DueKind::Pay,
            DueKind::Capitalise,
            DueKind::Adjust,
            DueKind::AccrueOverdraft,
            DueKind::ChargeOverdraft,
            DueKind::AdjustOverdraft,
        ];
        let bills = [
            PostingKind::Accrue,
            PostingKind::ReturnAccrual,
            PostingKind::Charge,
            PostingKind::ReturnCharge,
            PostingKind::Withhold,
        ];
        let mut kinds: Vec<String> = interest.iter().map(|kind| format!("interest-{kind}")).collect();
        kinds.extend(bills.iter().map(|kind| format!("bill-{}", kind.name())));
        let mut summaries: Vec<&str> =
            kinds.iter().map(|kind| own_summary(kind).unwrap_or_else(|| panic!("{kind}"))).collect();
        summaries.sort_unstable();
        summaries.dedup();
        assert_eq!(summaries.len(), kinds.len());
        assert_eq!(own_summary("topup"), None);
    }
}
