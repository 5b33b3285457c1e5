import { refusalOf, requestOfWords } from '@id3/studio-client/schema';
import { About } from '../../components/about/about.tsx';
import { Studio } from '../../components/studio/studio.tsx';
import { DEFAULT_DATABASE, databasePath } from '../../server/database.ts';

export const metadata = { title: 'Studio' };

const DEFAULT_MODEL = 'committed/quick-diffusion-full';

/** Reads its request from the URL. It needs no database: committed weights are there without one. */
export default async function Page({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const query = await searchParams;
  const words = Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  );
  const asked = requestOfWords({ ...words, model: words.model || DEFAULT_MODEL });
  const second = requestOfWords({ model: words.beside });
  return (
    <div className="page studio">
      <header>
        <h1>Studio</h1>
      </header>
      <About view="studio" />
      <Studio
        initial={asked.data ?? { model: DEFAULT_MODEL }}
        initialBeside={second.data?.model}
        database={databasePath() === databasePath(DEFAULT_DATABASE) ? undefined : databasePath()}
        refusal={asked.success ? undefined : refusalOf(asked.error)}
      />
    </div>
  );
}
