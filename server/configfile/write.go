package configfile

import (
	"bytes"
	"fmt"

	"go.yaml.in/yaml/v3"
)

// Field is a key with its value: a text, a number, a truth value, nil, a Fields, a Reference, or a []any of these.
type Field struct {
	Name  string
	Value any
}

// Fields is an object whose keys have an order.
type Fields []Field

// Reference is a text that is written as a reference, and not escaped.
type Reference string

// Write returns a file with endpoints, and with a comment at its beginning, of which each line is one of a comment.
func Write(comment string, endpoints []Fields) ([]byte, error) {
	list := &yaml.Node{Kind: yaml.SequenceNode}
	for _, e := range endpoints {
		n, err := nodeOf(e)
		if err != nil {
			return nil, err
		}
		list.Content = append(list.Content, n)
	}
	root := &yaml.Node{Kind: yaml.MappingNode, HeadComment: comment, Content: []*yaml.Node{
		{Kind: yaml.ScalarNode, Value: "endpoints"}, list}}
	var b bytes.Buffer
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	if err := encoder.Encode(root); err != nil {
		return nil, fmt.Errorf("write YAML: %w", err)
	}
	if err := encoder.Close(); err != nil {
		return nil, fmt.Errorf("write YAML: %w", err)
	}
	return b.Bytes(), nil
}

// nodeOf returns a value as a node. Texts are escaped, so that reading the file gives the same text.
func nodeOf(value any) (*yaml.Node, error) {
	n := &yaml.Node{}
	switch v := value.(type) {
	case Fields:
		n.Kind = yaml.MappingNode
		for _, f := range v {
			child, err := nodeOf(f.Value)
			if err != nil {
				return nil, err
			}
			key := &yaml.Node{}
			if err := key.Encode(f.Name); err != nil {
				return nil, fmt.Errorf("write YAML: %w", err)
			}
			n.Content = append(n.Content, key, child)
		}
	case []any:
		n.Kind = yaml.SequenceNode
		for _, item := range v {
			child, err := nodeOf(item)
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, child)
		}
	case Reference:
		n.SetString(string(v))
	case string:
		if err := n.Encode(Escape(v)); err != nil { // quotes what would be read as something else
			return nil, fmt.Errorf("write YAML: %w", err)
		}
	default:
		if err := n.Encode(v); err != nil {
			return nil, fmt.Errorf("write YAML: %w", err)
		}
	}
	return n, nil
}
