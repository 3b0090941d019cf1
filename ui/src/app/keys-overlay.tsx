import { useKeyHelp } from "../lib/keys";
import { Dialog } from "../ui/dialog";
import { Kbd } from "../ui/kbd";

/** Every key that does something on this screen. */
export function KeysOverlay({ onClose }: { onClose: () => void }) {
  const help = useKeyHelp();
  const groups = [...new Set(help.map(({ group }) => group))];
  return (
    <Dialog open onClose={onClose} title="Keys">
      <div className="grid gap-x-8 gap-y-4 sm:grid-cols-2">
        {groups.map((group) => (
          <section key={group}>
            <h3 className="mb-1 text-s font-[550] text-text-3">{group}</h3>
            <dl>
              {help
                .filter((one) => one.group === group)
                .map(({ keys, label }) => (
                  <div key={`${keys} ${label}`} className="flex h-7 items-center justify-between gap-4">
                    <dt>{label}</dt>
                    <dd>
                      <Kbd keys={keys} />
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
