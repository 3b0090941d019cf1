package web

import "hookbeam/server/hook"

// endTitle says why a payment ended. A bank is named only if it declined a card or a debit, and that is all.
func endTitle(f *facts) phrase {
	s := f.is
	money := s.Taken || s.Back
	switch {
	case f.Status == hook.StateFailed && f.mayDeny() && f.byBank() && s.Cause == "":
		return titleDeclined
	case f.Status == hook.StateFailed:
		return titleFailed
	case s.Cause == hook.CauseWrittenOff:
		return titleWrittenOff
	case f.Status == hook.StateExpired && s.Method == hook.MethodVoucher && !money:
		return titleVoucherExpired
	case f.Status == hook.StateExpired && f.wasHeld() && f.mayDeny():
		return titleReservationEnd
	case f.Status == hook.StateExpired:
		return titleExpired
	case f.Kind == hook.KindOrder || money:
		return titleOrderCanceled
	case f.wasHeld() && f.mayDeny():
		return titleReleased
	default:
		return titleCanceled
	}
}

// endNote says what became of the payer's money when a payment ended.
func endNote(f *facts) []phrase {
	s := f.is
	switch {
	case f.mayDeny():
		return deniedNote(f)
	case s.Taken || s.Back:
		return moneyAfterEnd(f)
	case s.OnHold:
		return []phrase{saysStillHeld}
	case s.OnItsWay:
		return []phrase{saysStillComing}
	case s.Unproved && f.Status != hook.StateFailed:
		return []phrase{saysBankMayShow}
	default:
		return []phrase{saysUnclear}
	}
}

// deniedNote is the note of an end that left the payer's money alone.
func deniedNote(f *facts) []phrase {
	switch {
	case f.Status == hook.StateFailed && f.byBank() && f.is.Cause == "":
		return []phrase{saysDenied, saysTryOther}
	case f.Status == hook.StateFailed:
		return []phrase{saysDenied, saysTryAgain}
	case f.is.Cause == hook.CauseWrittenOff:
		return []phrase{saysNoLonger, saysDenied}
	case f.wasHeld():
		return []phrase{saysDenied, saysBankMayShow}
	case f.Status == hook.StateExpired && f.is.Method == hook.MethodVoucher:
		return []phrase{saysNotPaid, saysDenied}
	case f.Status == hook.StateExpired:
		return []phrase{saysNotInTime, saysDenied}
	default:
		return []phrase{saysDenied}
	}
}

// moneyAfterEnd says that money came, and whether it went back.
func moneyAfterEnd(f *facts) (note []phrase) {
	switch {
	case f.captured > 0:
		note = append(note, saysYouPaid)
	case f.is.Back:
		note = append(note, saysWasPaid)
	case !f.marked(hook.ReviewUnderpaid, hook.ReviewPaidInPart):
		note = append(note, saysMoneyCame)
	}
	switch {
	case f.is.Back && f.is.Taken:
		return append(note, refundOf(f), saysAskRest)
	case f.is.Back:
		return append(note, refundOf(f), saysRefundTime)
	case f.captured == 0 && f.marked(hook.ReviewUnderpaid, hook.ReviewPaidInPart):
		return append(note, saysTooLittle)
	default:
		return append(note, saysNoRefund)
	}
}
