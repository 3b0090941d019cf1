// The part of the form for mappings that gives each value of the state a meaning.

import { Plus, X } from "lucide-react";
import { StateGlyph } from "../../entities/status/state-glyph";
import type { Tone } from "../../entities/status/status";
import { stateWord, toneOf } from "../../entities/status/status-labels";
import { Button } from "../../ui/button";
import { IconButton } from "../../ui/icon-button";
import { Input } from "../../ui/input";
import { Select } from "../../ui/select";
import { Tick } from "../../ui/tick";
import { type MappingKind, paymentStates, type StateDraft, withRow } from "./own-statuses-draft";

const tones: { value: Tone; label: string }[] = [
  { value: "pending", label: "not begun" },
  { value: "active", label: "under way" },
  { value: "success", label: "good" },
  { value: "warning", label: "needs someone" },
  { value: "failure", label: "bad" },
  { value: "neutral", label: "neither" },
];

const choices = paymentStates.map((value) => ({ value, label: stateWord(value) }));

interface OwnStatusesStatesProps {
  kind: MappingKind;
  states: StateDraft[];
  onStates: (states: StateDraft[]) => void;
}

/** The meaning of each value of the state. */
export function OwnStatusesStates({ kind, states, onStates }: OwnStatusesStatesProps) {
  const change = (key: number, part: Partial<StateDraft>) =>
    onStates(states.map((row) => (row.key === key ? { ...row, ...part } : row)));
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1 text-s font-[550]">What its values mean</legend>
      {states.map((row) => (
        <StateRow
          key={row.key}
          kind={kind}
          row={row}
          onChange={(part) => change(row.key, part)}
          onRemove={() => onStates(states.filter(({ key }) => key !== row.key))}
        />
      ))}
      <div>
        <Button onClick={() => onStates(withRow(states, "", kind))}>
          <Plus size={13} aria-hidden /> Add a value
        </Button>
      </div>
      <p className="text-s text-pretty text-text-3">
        {kind === "payment"
          ? "A value that is a state of payments already needs no line. Any other that is not listed moves nothing."
          : "A value that is not listed is shown as it is. Where two happen in the same moment, the one " +
            "further down wins."}
      </p>
    </fieldset>
  );
}

interface StateRowProps {
  kind: MappingKind;
  row: StateDraft;
  onChange: (part: Partial<StateDraft>) => void;
  onRemove: () => void;
}

function StateRow({ kind, row: { value, state, tone, final }, onChange, onRemove }: StateRowProps) {
  const name = value || "new";
  return (
    <div className="flex flex-col gap-1.5 rounded-lg border border-line bg-surface p-2">
      <div className="flex items-center gap-1.5">
        <Input
          aria-label={`Value ${name}`}
          mono
          value={value}
          onChange={(change) => onChange({ value: change.target.value })}
          placeholder="PAID"
          spellCheck={false}
        />
        <span aria-hidden className="text-text-3">
          →
        </span>
        <StateGlyph tone={kind === "payment" ? toneOf(state) : tone} />
        {kind === "payment" ? (
          <Select
            aria-label={`State of ${name}`}
            choices={choices}
            value={state}
            onChange={(change) => onChange({ state: change.target.value })}
            className="w-full"
          />
        ) : (
          <Input
            aria-label={`State of ${name}`}
            value={state}
            onChange={(change) => onChange({ state: change.target.value })}
            placeholder="shipped"
          />
        )}
        <IconButton label={`Remove ${name}`} icon={<X size={14} />} onClick={onRemove} />
      </div>
      {kind === "own" && (
        <div className="flex items-center gap-3 text-s text-text-2">
          <span className="flex items-center gap-1.5">
            feels
            <Select
              aria-label={`Tone of ${name}`}
              choices={tones}
              value={tone}
              onChange={(change) => onChange({ tone: change.target.value as Tone })}
              className="[&_select]:h-[26px]"
            />
          </span>
          <Tick
            label="is the end: nothing follows"
            name={`${name} is the end: nothing follows`}
            checked={final}
            onTick={(end) => onChange({ final: end })}
          />
        </div>
      )}
    </div>
  );
}
