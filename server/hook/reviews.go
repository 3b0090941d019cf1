package hook

import "slices"

// reviews are all reasons for review, in the order of their bits in a ReviewSet. A reason keeps its place for as long
// as the process runs; nothing stores the bits.
var reviews = [...]Review{
	ReviewPaidTwice, ReviewOverpaid, ReviewCaptureFailed, ReviewCurrenciesDiffer, ReviewReferenceShared,
	ReviewTooManyPayments, ReviewTooManyParts, ReviewTooManyAliases, ReviewPaidInPart, ReviewUnderpaid,
}

// ReviewSet is whether a status needs review, and for which reasons, as bits: it is a part of the key under which
// package status counts statuses, which is computed for each row that a delivery changes. The zero value needs none.
type ReviewSet uint16

// needsReview is the bit of ReviewSet that is set in every set but the empty one: some statuses need review and have no
// reason with a name.
const needsReview ReviewSet = 1 << 15

// OpenReviews returns the reasons for which a status needs review now. While it needs review, a reason for which
// somebody looked at it before is one of them, as in lists that are filtered by a reason.
func (s *Status) OpenReviews() ReviewSet {
	if !s.NeedsReview {
		return 0
	}
	return NewReviewSet(s.Review)
}

// NewReviewSet returns the set of these reasons, of a status that needs review.
func NewReviewSet(reasons []Review) ReviewSet {
	set := needsReview
	for _, reason := range reasons {
		if i := slices.Index(reviews[:], reason); i >= 0 {
			set |= 1 << i
		}
	}
	return set
}

// Reasons returns the reasons of the set, sorted.
func (set ReviewSet) Reasons() (all []Review) {
	for i, reason := range reviews {
		if set&(1<<i) != 0 {
			all = append(all, reason)
		}
	}
	slices.Sort(all)
	return all
}

// ReviewCounts is how many statuses need review: in total, and by reason. A status with two reasons counts for both.
// Reasons without statuses are left out.
type ReviewCounts struct {
	Total   int
	Reasons map[Review]int
}

// Add counts n statuses that need review for these reasons.
func (c *ReviewCounts) Add(set ReviewSet, n int) {
	if set == 0 {
		return
	}
	c.Total += n
	for i, reason := range reviews {
		if set&(1<<i) != 0 {
			c.Reasons[reason] += n
		}
	}
}

// StatusCounts is how many statuses a filter selects: by state, and of those that need review.
type StatusCounts struct {
	States  map[State]int
	Reviews ReviewCounts
}
