import { Scroll } from '../table.tsx';
import { ABOUT, type AboutText, type ExplainedView } from './texts.ts';

const PAPER = 'https://arxiv.org/abs/2409.17576';

/** "What does this show?" of a view: three sentences, and of each number what it means, its formula, the paper's place and the code. */
export function About({ view }: { view: ExplainedView }) {
  const { sentences, numbers }: AboutText = ABOUT[view];
  return (
    <details className="about">
      <summary>What does this show?</summary>
      <div className="about-text">
        <p className="prose">{sentences.join(' ')}</p>
        <Scroll label="Numbers of this view">
          <table>
            <thead>
              <tr>
                <th scope="col">Number</th>
                <th scope="col">Means</th>
                <th scope="col">Formula</th>
                <th scope="col">Paper</th>
                <th scope="col">Code</th>
              </tr>
            </thead>
            <tbody>
              {numbers.map(({ name, means, formula, paper, code: [path, symbol] }) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td className="means">{means}</td>
                  <td className={formula === undefined ? 'formula none' : 'formula'}>{formula ?? '–'}</td>
                  <td className={paper === undefined ? 'none' : undefined}>
                    {paper === undefined ? (
                      <span className="quiet">ours</span>
                    ) : (
                      <a href={PAPER} rel="noreferrer">
                        {paper}
                      </a>
                    )}
                  </td>
                  <td>
                    <a href={`/code/${path}`} title={path}>
                      <code>{symbol}</code>
                    </a>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      </div>
    </details>
  );
}
