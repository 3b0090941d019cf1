package recognize

import (
	"bytes"
	"strings"

	"hookbeam/server/hook"
)

// IsCommand reports whether a text is a command that Parse reads.
func IsCommand(text []byte) bool { return isCurl(text) }

// isCurl reports whether a text is a curl command. A prompt may stand before it.
func isCurl(text []byte) bool {
	text = bytes.TrimPrefix(text, []byte("$ "))
	return bytes.HasPrefix(text, []byte("curl ")) || bytes.HasPrefix(text, []byte("curl.exe "))
}

// curlValues are curl's options with a value that Parse ignores, so that the value is not taken for the URL.
const curlValues = " -o --output -u --user -x --proxy -m --max-time --connect-timeout -b --cookie -e --referer " +
	"--cacert -E --cert --key --resolve --retry -F --form -w --write-out "

// readCurl reads the method, URL, headers and data of a curl command.
func readCurl(r *hook.Record, text string) {
	words := shellWords(strings.TrimPrefix(text, "$ "))
	var data []string
	for i := 1; i < len(words); i++ {
		option, value, joined := splitOption(words[i])
		if option == "" {
			setURL(r, words[i])
			continue
		}
		takes := strings.Contains(" -H --header -X --request -A --user-agent --url -d --data --data-raw --data-binary "+
			"--data-ascii --data-urlencode --json"+curlValues, " "+option+" ")
		if takes && !joined && i+1 < len(words) {
			i++
			value = words[i]
		}
		switch option {
		case "-H", "--header":
			name, header, _ := strings.Cut(value, ":")
			addHeader(r, strings.TrimSpace(name), strings.TrimSpace(header))
		case "-X", "--request":
			r.Method = value
		case "-A", "--user-agent":
			addHeader(r, "User-Agent", value)
		case "--url":
			setURL(r, value)
		case "-d", "--data", "--data-raw", "--data-binary", "--data-ascii", "--data-urlencode", "--json":
			data = append(data, value)
		}
	}
	r.Body = []byte(strings.Join(data, "&"))
}

// splitOption splits "--header=value" and "-Hvalue". The option is "" if the word is none.
func splitOption(word string) (option, value string, joined bool) {
	switch {
	case strings.HasPrefix(word, "--"):
		return strings.Cut(word, "=")
	case len(word) > 2 && word[0] == '-' && strings.ContainsRune("HXAd", rune(word[1])):
		return word[:2], word[2:], true
	case len(word) > 1 && word[0] == '-':
		return word, "", false
	default:
		return "", "", false
	}
}

// shellWords splits a command into words as a POSIX shell does: with '…', "…", $'…' and a backslash. Variables and
// substitutions stay as they are; nothing is ever run. A quote without its end goes to the end of the text.
func shellWords(text string) (words []string) {
	var word []byte
	inWord := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			if inWord {
				words = append(words, string(word))
			}
			word, inWord = word[:0], false
		case c == '\\' || c == '^' && i+1 < len(text) && (text[i+1] == '\n' || text[i+1] == '\r'):
			if i++; i < len(text) && text[i] != '\n' && text[i] != '\r' { // else the command goes on in the next line
				word, inWord = append(word, text[i]), true
			}
		case c == '\'' || c == '"':
			var quoted []byte
			quoted, i = readQuoted(text, i, c == '"' || i > 0 && text[i-1] == '$')
			if i0 := len(word) - 1; c == '\'' && i0 >= 0 && word[i0] == '$' {
				word = word[:i0]
			}
			word, inWord = append(word, quoted...), true
		default:
			word, inWord = append(word, c), true
		}
	}
	if inWord {
		words = append(words, string(word))
	}
	return words
}

// readQuoted returns what stands between the quote at start and the next one, and the position of that. With escapes, a
// backslash protects the next character, and stands for a line break before n.
func readQuoted(text string, start int, escapes bool) (quoted []byte, end int) {
	quote := text[start]
	for end = start + 1; end < len(text) && text[end] != quote; end++ {
		c := text[end]
		if c == '\\' && escapes && end+1 < len(text) {
			end++
			switch next := text[end]; {
			case next == quote || next == '\\':
				c = next
			case next == '\n':
				continue
			case next == 'n' && quote == '\'':
				c = '\n'
			default:
				quoted, c = append(quoted, '\\'), next
			}
		}
		quoted = append(quoted, c)
	}
	return quoted, end
}
