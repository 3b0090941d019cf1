package web

import (
	"math"
	"strconv"
)

// isColor reports whether s is a colour such as #0a7f5c. Endpoints are validated when they are saved; it is checked
// again here because the colour becomes part of a style sheet.
func isColor(s string) bool {
	if len(s) != 7 || s[0] != '#' {
		return false
	}
	_, err := strconv.ParseUint(s[1:], 16, 32)
	return err == nil
}

// readableOn returns black or white, whichever has more contrast with a colour. One of them always has at least the
// 4.5:1 that WCAG 2.2 requires for text.
func readableOn(color string) string {
	if luminance(color) > 0.179 { // at this luminance both have the same contrast
		return "#000"
	}
	return "#fff"
}

// luminance returns the relative luminance of a colour such as #0a7f5c, from 0 for black to 1 for white. The constants
// are those of WCAG 2.2 (https://www.w3.org/TR/WCAG22/#dfn-relative-luminance), with the threshold of the sRGB
// standard.
func luminance(color string) float64 {
	rgb, err := strconv.ParseUint(color[1:], 16, 32)
	if err != nil {
		return 0
	}
	part := func(shift uint) float64 {
		c := float64(rgb>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*part(16) + 0.7152*part(8) + 0.0722*part(0)
}
