package payload

import "strings"

// IsEmptyList reports whether the value at a path of the body's JSON is a list without elements.
func (q *Request) IsEmptyList(s Selector) bool {
	if s.source != inBody {
		return false
	}
	raw := q.json().raw(s.path)
	return len(raw) >= 2 && raw[0] == '[' && q.Charge(len(raw)) && strings.Trim(raw[1:len(raw)-1], " \t\r\n") == ""
}
