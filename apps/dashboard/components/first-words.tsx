import Link from 'next/link';

/** What to type where there is no experiment yet. */
export function FirstWords() {
  return (
    <>
      <p>In the folder of the workbench, type one of these:</p>
      <dl className="first-words">
        <div>
          <dt>
            <code>npx nx run experiments:smoke</code>
          </dt>
          <dd>every stage with next to no work, in about a minute</dd>
        </div>
        <div>
          <dt>
            <code>npx nx run experiments:ablation</code>
          </dt>
          <dd>the method beside its variants, floor and ceiling, in about a quarter of an hour</dd>
        </div>
        <div>
          <dt>
            <code>npx nx run experiments:ablation --estimate</code>
          </dt>
          <dd>how long that takes on this machine</dd>
        </div>
      </dl>
      <p>
        Or look at faces at once: the <Link href="/studio">studio</Link> makes them with the networks that
        come with the workbench.
      </p>
    </>
  );
}
