import { useApp, useWords } from '../parts/context.ts';
import { apiRoutes } from '../text/api-routes.ts';

/** Every route of the API in a line, those that only read with a link to try them. */
export function ApiPage() {
  const app = useApp();
  const { apiPage: words } = useWords();
  const base = new URL(app.api.url(''), document.baseURI).href;
  const newest = app.list.row(0)?.ID ?? 'latest';
  return (
    <div class="sheet">
      <h1>{words.title}</h1>
      <p>
        {words.text} <code>{base}</code>
      </p>
      <p>
        <a href={app.api.url('')}>{words.whole}</a>
      </p>
      {apiRoutes.map(({ group, routes }) => (
        <section key={group}>
          <h2>{group}</h2>
          <dl class="routes">
            {routes.map(([method, path, does]) => (
              <div key={method + path}>
                <dt>
                  <b>{method}</b> <code>{path}</code>
                </dt>
                <dd>
                  {does}{' '}
                  {method === 'GET' && (
                    <a
                      href={app.api.url(path.replace('{id}', newest).replace('{part}', '1'))}
                      target="_blank"
                      rel="noopener noreferrer"
                      aria-label={`${words.try}: ${path}`}
                    >
                      {words.try}
                    </a>
                  )}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
}
