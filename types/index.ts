export type { Chain, Node, NodeOf, Path, RequestOf, ResponseOf, Uncalled, VerbOf } from './chain.js'
export type { LooseNode, LooseOperation, LooseRequest } from './loose.js'
export type {
  EventType,
  Notification,
  NotificationOf,
  Notifications,
  ProductNotifications,
  ProductOf,
  XmlNotification,
} from './notifications.js'
export type {
  BodyType,
  CallOptions,
  Ciphertext,
  Data,
  FilePart,
  Operation,
  PathValue,
  Sensitive,
  Sink,
  Verb,
} from './operation.js'
export type { Routes } from './routes.js'
