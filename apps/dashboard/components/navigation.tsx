'use client';

import Link from 'next/link';
import { usePathname } from 'next/navigation';

const PAGES = [
  ['/', 'Experiments'],
  ['/ablation', 'Ablation'],
  ['/runs', 'Runs'],
  ['/compare', 'Compare'],
  ['/samples', 'Samples'],
  ['/identities', 'Identity space'],
  ['/benchmarks', 'Benchmarks'],
  ['/studio', 'Studio'],
] as const;

export function Navigation() {
  const path = usePathname();
  return (
    <nav className="navigation" aria-label="Views">
      <span className="brand" aria-hidden="true">
        ID³
      </span>
      <ul>
        {PAGES.map(([href, title]) => {
          const here = href === '/' ? path === '/' : path.startsWith(href);
          return (
            <li key={href}>
              <Link href={href} aria-current={here ? 'page' : undefined} prefetch={false}>
                {title}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
