import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";

/** One tab. */
export interface Tab<Value extends string> {
  value: Value;
  label: string;
  count?: number | undefined;
}

interface TabsProps<Value extends string> {
  /** What the tabs are of, for those who hear the page. */
  label: string;
  tabs: readonly Tab<Value>[];
  value: Value;
  onValue: (value: Value) => void;
  /** The panel of the chosen tab. */
  children: ReactNode;
}

/** Tabs over one panel, moved through by arrow keys. */
export function Tabs<Value extends string>({ label, tabs, value, onValue, children }: TabsProps<Value>) {
  return (
    <Radix.Root
      value={value}
      onValueChange={(next) => onValue(next as Value)}
      className="flex min-h-0 min-w-0 flex-1 flex-col"
    >
      <Radix.List aria-label={label} className="flex shrink-0 gap-0.5 overflow-x-auto border-b border-line px-3">
        {tabs.map((tab) => (
          <Radix.Trigger
            key={tab.value}
            value={tab.value}
            className={
              "-mb-px inline-flex shrink-0 cursor-pointer items-baseline border-b-2 border-transparent " +
              "px-[9px] pt-[7px] pb-2 text-text-2 -outline-offset-2 hover:text-text " +
              "data-[state=active]:border-beam data-[state=active]:font-[550] " +
              "data-[state=active]:text-text pointer-coarse:py-3"
            }
          >
            {tab.label}
            {tab.count !== undefined && (
              <span className="ml-[5px] text-xs font-normal tabular-nums text-text-3">{tab.count}</span>
            )}
          </Radix.Trigger>
        ))}
      </Radix.List>
      <Radix.Content value={value} className="flex min-h-0 flex-1 flex-col -outline-offset-2">
        {children}
      </Radix.Content>
    </Radix.Root>
  );
}
