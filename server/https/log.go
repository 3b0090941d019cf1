package https

import (
	"context"
	"log/slog"
	"slices"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// bridge is a zapcore.Core that passes certmagic's log to ours. certmagic reports each step at level info, and ARI's
// decisions as warnings: they become debug. Errors stay errors, except those that this package logs itself with what
// to do.
type bridge struct {
	log    *slog.Logger
	fields []zapcore.Field
}

// reported are the errors of certmagic that this package logs itself: see ACME.failed.
var reported = [...]string{"could not get certificate from issuer", "job failed"}

func zapLogger(log *slog.Logger) *zap.Logger { return zap.New(&bridge{log: log}) }

// level returns the level of certmagic's message in our log.
func (b *bridge) level(e zapcore.Entry) slog.Level {
	if e.Level < zapcore.ErrorLevel || slices.Contains(reported[:], e.Message) {
		return slog.LevelDebug
	}
	return slog.LevelError
}

// Enabled implements zapcore.LevelEnabler.
func (b *bridge) Enabled(l zapcore.Level) bool {
	return b.log.Enabled(context.Background(), b.level(zapcore.Entry{Level: l}))
}

// With implements zapcore.Core.
func (b *bridge) With(fields []zapcore.Field) zapcore.Core {
	return &bridge{log: b.log, fields: slices.Concat(b.fields, fields)}
}

// Check implements zapcore.Core.
func (b *bridge) Check(e zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if b.Enabled(e.Level) {
		return checked.AddCore(e, b)
	}
	return checked
}

// Write implements zapcore.Core.
func (b *bridge) Write(e zapcore.Entry, fields []zapcore.Field) error {
	values := zapcore.NewMapObjectEncoder()
	for _, f := range slices.Concat(b.fields, fields) {
		f.AddTo(values)
	}
	attrs := []any{"part", "certificates"}
	for key, value := range values.Fields {
		attrs = append(attrs, key, value)
	}
	b.log.Log(context.Background(), b.level(e), "certmagic: "+e.Message, attrs...)
	return nil
}

// Sync implements zapcore.Core.
func (b *bridge) Sync() error { return nil }

// quieter passes acmez's log to ours, at level debug whatever its level: its errors are returned as well.
type quieter struct{ slog.Handler }

// Enabled implements slog.Handler.
func (q quieter) Enabled(ctx context.Context, _ slog.Level) bool {
	return q.Handler.Enabled(ctx, slog.LevelDebug)
}

// Handle implements slog.Handler.
func (q quieter) Handle(ctx context.Context, r slog.Record) error {
	r.Level, r.Message = slog.LevelDebug, "acme: "+r.Message
	return q.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (q quieter) WithAttrs(attrs []slog.Attr) slog.Handler {
	return quieter{q.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (q quieter) WithGroup(name string) slog.Handler { return quieter{q.Handler.WithGroup(name)} }
