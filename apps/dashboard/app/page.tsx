import { findDatabase } from './database.ts';

// The database may appear at any time: look at every request, not once at build time.
export const dynamic = 'force-dynamic';

export default function Page() {
  const database = findDatabase();
  return (
    <main>
      <h1>ID³ workbench</h1>
      <p>
        This page will show the runs of the workbench: loss curves as they grow, verification results beside
        one another, and the faces that each variant generates.
      </p>
      {database.exists ? (
        <p>
          The tracking database is at <code>{database.path}</code>.
        </p>
      ) : (
        <p>
          There is no tracking database yet; <code>npx nx run experiments:ablation</code> will create{' '}
          <code>{database.path}</code>.
        </p>
      )}
    </main>
  );
}
