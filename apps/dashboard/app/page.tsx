import Link from 'next/link';
import { ExperimentCard } from '../components/experiments/card.tsx';
import { FirstWords } from '../components/first-words.tsx';
import { readExperiments } from '../server/experiments.ts';
import { page } from '../server/page.tsx';
import { About } from '../components/about/about.tsx';

export const metadata = { title: 'Experiments' };

export default page(({ db, search }) => {
  const { cards, from, older, count } = readExperiments(db, Number(search.from ?? 0));
  if (count === 0)
    return (
      <section className="problem">
        <h1>No experiment yet</h1>
        <FirstWords />
        <p className="quiet">This page looks again every two seconds.</p>
      </section>
    );
  return (
    <div className="page">
      <header>
        <h1>Experiments</h1>
        <span className="quiet number">
          {older === undefined && from === 0
            ? `${count} experiment${count === 1 ? '' : 's'}`
            : `${from + 1} to ${from + cards.length} of ${count}`}
        </span>
      </header>
      <About view="experiments" />
      <ol className="experiments">
        {cards.map((card) => (
          <ExperimentCard key={card.overview.id} {...card} />
        ))}
      </ol>
      {(older !== undefined || from > 0) && (
        <nav className="controls" aria-label="More experiments">
          {from > 0 && (
            <Link className="button" href="/">
              Newest
            </Link>
          )}
          {older !== undefined && (
            <Link className="button" href={`/?from=${older}`}>
              Older
            </Link>
          )}
        </nav>
      )}
    </div>
  );
});
