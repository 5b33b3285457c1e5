import { listRuns } from '@id3/tracking';
import Link from 'next/link';
import { page } from '../../server/page.tsx';

export const metadata = { title: 'Runs' };

export default page(({ db }) => (
  <div className="page">
    <header>
      <h1>Runs</h1>
    </header>
    <ul>
      {listRuns(db).map(({ id, name, status }) => (
        <li key={id}>
          <Link href={`/runs/${id}`}>{name}</Link>{' '}
          <span className="status" data-status={status}>
            {status}
          </span>
        </li>
      ))}
    </ul>
  </div>
));
