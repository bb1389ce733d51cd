// Shows the pushes of the shop. It keeps no pages and answers no requests.
self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

self.addEventListener('push', (event) => {
  let news = {}
  try {
    news = event.data?.json() ?? {}
  } catch {
    // It is not of this shop's making. Browsers demand that something is shown for each push.
  }
  const { title = 'News', body = '', url = '/', tag } = news
  event.waitUntil(self.registration.showNotification(title, { body, tag, icon: '/files/icon.svg', data: { url } }))
})

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  const url = new URL(event.notification.data?.url ?? '/', self.location.origin)
  // A push leads into the shop and nowhere else.
  if (url.origin === self.location.origin) event.waitUntil(self.clients.openWindow(url.href))
})
