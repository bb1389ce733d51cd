{{/* What cannot work, or must not happen in production, fails the render with one sentence. */}}

{{- define "souk.check" -}}
{{- $values := .Values -}}
{{- $isProduction := eq $values.profile "production" -}}
{{- $isApart := eq $values.topology "apart" -}}
{{- if not $values.image.repository }}{{ fail "Set image.repository to the repository of the image." }}{{ end -}}
{{- if and $isProduction (not $values.image.digest) }}{{ fail "In production the image is named by its digest: set image.digest to sha256:…" }}{{ end -}}
{{- if not (or $values.image.digest $values.image.tag) }}{{ fail "Set image.digest, or image.tag for a trial." }}{{ end -}}
{{- if not $values.publicUrl }}{{ fail "Set publicUrl to where people reach the shop, such as https://shop.example" }}{{ end -}}
{{- if and $isProduction (not (hasPrefix "https://" $values.publicUrl)) }}{{ fail "In production publicUrl begins with https://" }}{{ end -}}
{{- if and $isProduction (not $isApart) }}{{ fail "topology together is a trial: one pod, whose database nobody backs up. Set profile to demo, or topology to apart." }}{{ end -}}
{{- if and $values.ingress.enabled $values.httpRoute.enabled }}{{ fail "Enable ingress or httpRoute, not both." }}{{ end -}}
{{- if and $values.ingress.enabled (not $values.ingress.host) }}{{ fail "Set ingress.host." }}{{ end -}}
{{- if and $values.httpRoute.enabled (not $values.httpRoute.parentRefs) }}{{ fail "Set httpRoute.parentRefs to the Gateway." }}{{ end -}}
{{- if $isApart }}{{ include "souk.checkApart" . }}{{ end -}}
{{- end }}

{{- define "souk.checkApart" -}}
{{- $root := . -}}
{{- $values := .Values -}}
{{- $names := include "souk.serviceNames" . | fromJsonArray -}}
{{- if not $values.broker.existingSecret }}{{ fail "Set broker.existingSecret to the Secret that holds the address of the broker." }}{{ end -}}
{{- if and (eq $values.broker.kind "postgres") (ne $values.migrations.mode "external") (not $values.broker.ownerSecret) }}{{ fail "Set broker.ownerSecret: the migrator makes the tables of the bus as their owner." }}{{ end -}}
{{- if and $values.redis.enabled (not $values.redis.existingSecret) }}{{ fail "Set redis.existingSecret to the Secret that holds REDIS_URL." }}{{ end -}}
{{- if and (eq $values.profile "production") $values.networkPolicy.enabled -}}
{{- if not $values.networkPolicy.ingressFrom }}{{ fail "Set networkPolicy.ingressFrom to the pods of the ingress controller or gateway: nobody else reaches the shop." }}{{ end -}}
{{- if not $values.networkPolicy.databases.to }}{{ fail "Set networkPolicy.databases.to to where the databases are: nothing else is reached." }}{{ end -}}
{{- if and (ne $values.broker.kind "postgres") (not $values.networkPolicy.broker.to) }}{{ fail "Set networkPolicy.broker.to to where the broker is: nothing else is reached." }}{{ end -}}
{{- if and $values.redis.enabled (not $values.networkPolicy.redis.to) }}{{ fail "Set networkPolicy.redis.to to where Redis is: nothing else is reached." }}{{ end -}}
{{- if and $values.tracing.endpoint (not $values.networkPolicy.collector.to) }}{{ fail "Set networkPolicy.collector.to to where the collector of tracing.endpoint is: nothing else is reached." }}{{ end -}}
{{- end -}}
{{- $onOneServer := 0 -}}
{{- $pods := 0 -}}
{{- range $name := $names -}}
{{- $service := include "souk.service" (dict "root" $root "name" $name) | fromJson -}}
{{- if not (or $values.secrets.shared $service.existingSecret) }}{{ fail (printf "Set secrets.shared, or services.%s.existingSecret to a Secret that holds SOUK_SERVICE_KEYS." $name) }}{{ end -}}
{{- if and (eq $values.profile "production") $service.secretKeys (not $service.existingSecret) }}{{ fail (printf "Set services.%s.existingSecret to a Secret that holds %s." $name (join ", " $service.secretKeys)) }}{{ end -}}
{{- range $called := $service.calls -}}
{{- if not (hasKey $values.services $called) }}{{ fail (printf "services.%s.calls names %s, which is no service." $name $called) }}{{ end -}}
{{- end -}}
{{- $counts := include "souk.podCounts" $service | fromJson -}}
{{- if gt (int $counts.min) (int $counts.max) }}{{ fail (printf "services.%s.autoscaling.min is more than max." $name) }}{{ end -}}
{{- if gt (add $service.shutdown.preStopSeconds $service.shutdown.drainSeconds 25) (int $service.shutdown.graceSeconds) }}{{ fail (printf "services.%s.shutdown: graceSeconds must hold preStopSeconds, drainSeconds and 25 seconds to stop." $name) }}{{ end -}}
{{- if $service.usesBroker }}{{ $pods = add $pods $counts.max $service.rollout.maxSurge }}{{ end -}}
{{- if hasKey $service "database" -}}
{{- if not $service.database.existingSecret }}{{ fail (printf "Set database.existingSecret, or services.%s.database.existingSecret." $name) }}{{ end -}}
{{- if and (ne $values.migrations.mode "external") (not $service.database.ownerSecret) }}{{ fail (printf "Set database.ownerSecret, or services.%s.database.ownerSecret: the migrator works as the owner of the tables." $name) }}{{ end -}}
{{- $most := mul (add $counts.max $service.rollout.maxSurge) $service.database.poolSize -}}
{{- $onOneServer = add $onOneServer $most -}}
{{- if not $values.database.isOneServer }}{{ include "souk.checkConnections" (dict "whose" (printf "the database of %s" $name) "needed" (add $most 2) "limit" $service.database.maxConnections) }}{{ end -}}
{{- end -}}
{{- end -}}
{{- if eq $values.broker.kind "postgres" -}}
{{- $ofBus := mul $pods $values.broker.poolSize -}}
{{- $onOneServer = add $onOneServer $ofBus -}}
{{- if not $values.database.isOneServer }}{{ include "souk.checkConnections" (dict "whose" "the database of the bus" "needed" (add $ofBus 2) "limit" $values.broker.maxConnections) }}{{ end -}}
{{- end -}}
{{- if $values.database.isOneServer }}{{ include "souk.checkConnections" (dict "whose" "the database server" "needed" (add $onOneServer 2) "limit" $values.database.maxConnections) }}{{ end -}}
{{- end }}

{{/* (whose, needed, limit): 20 connections stay free, for operators and a failover. */}}
{{- define "souk.checkConnections" -}}
{{- if gt (int .needed) (sub .limit 20 | int) -}}
{{- fail (printf "With all pods, one more of each service in a roll-out, and the migrator, %s needs %d connections, and only %d of its %d may be used. Lower autoscaling.max or raise maxConnections." .whose (int .needed) (sub .limit 20 | int) (int .limit)) -}}
{{- end -}}
{{- end }}
