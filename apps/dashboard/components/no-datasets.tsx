/** What stands in place of a view of datasets while there is none that f has looked at. */
export function NoDatasets({ title }: { title: string }) {
  return (
    <section className="problem">
      <h1>{title}</h1>
      <p>
        f has not looked at any dataset yet. A variant&apos;s <code>measure</code> stage makes it do so, once
        its images are generated. To run it:
      </p>
      <pre>
        <code>npx nx run experiments:ablation</code>
      </pre>
    </section>
  );
}
