import { listExperiments } from '@id3/tracking';
import { page } from '../server/page.tsx';

export default page(({ db }) => {
  const experiments = listExperiments(db);
  return (
    <div className="page">
      <header>
        <h1>Ablation</h1>
      </header>
      <ul>
        {experiments.map(({ id, name }) => (
          <li key={id}>{name}</li>
        ))}
      </ul>
    </div>
  );
});
