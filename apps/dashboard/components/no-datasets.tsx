/** What stands in place of a view of datasets while there is none that f has looked at. */
export function NoDatasets({ title }: { title: string }) {
  return (
    <section className="problem">
      <h1>{title}</h1>
      <p>
        No dataset has been looked at by f yet: a variant&apos;s <code>measure</code> stage does that once its
        images are generated.
      </p>
      <pre>
        <code>npx nx run experiments:ablation</code>
      </pre>
    </section>
  );
}
