// The list of what to do next, below a verdict or a diagnosis.

/** What to do next. Renders nothing if there is nothing to do. */
export function NextSteps({ steps }: { steps: readonly string[] }) {
  if (steps.length === 0) return null;
  return (
    <section>
      <h3 className="font-semibold">What to do next</h3>
      <ul className="mt-1 list-disc space-y-1 pl-4 text-pretty text-text-2">
        {steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ul>
    </section>
  );
}
