#!/bin/sh
# demo.sh BUILD HOME: on a terminal the console on the demo home; without one (stdin or stdout) the demo day. Applications from forms/demo/ go the whole road as the demo's own logins; a table at
# the end says what was done; exit 1 when a step did not go as it should.
set -u
b=$1 home=$2
ra=$b/ra
bad=0
table=$(mktemp)
work=$(mktemp -d)
started=
cleanup() { [ -n "$started" ] && "$ra" --home "$home" ca stop; rm -rf "$table" "$work"; }
trap cleanup EXIT

as() { # LOGIN ARGS…
	who=$1; shift
	RA_PASSWORD=$(awk -v w="$who" '$1 == w { print $3 }' "$home/demo-logins") "$ra" --home "$home" --as "$who" "$@"
}
row() { printf '%s|%s|%s|%s\n' "$1" "$2" "$3" "$4" >> "$table"; }
want() { # WHAT NO STATE
	state=$(as zhou show "$2" --json | sed -n 's/.*"state":"\([a-z]*\)","version".*/\1/p')
	if [ "$state" = "$3" ]; then row "$1" "$2" "$state" ok; else row "$1" "$2" "$state" "expected $3"; bad=1; fi
}
must() { "$@" || { echo "failed: $*"; bad=1; }; }
must_not() { if "$@" 2>"$work/said"; then echo "went through, but should not: $*"; bad=1; else echo "  refused, as it should: $(head -n 1 "$work/said")"; fi; }
codes() { as chen show "$1" --json | tr ',{' '\n\n' | sed -n 's/^"code":"\([a-z_]*\)".*/\1/p'; }
enter() { # FILE -> number, accepted, materials passed, paid
	no=$(as chen apply "$1") || return 1
	as chen accept "$no" >&2 || return 1
	for m in $(codes "$no"); do as chen material "$no" "$m" pass >&2 || return 1; done
	due=$(as chen show "$no" --json | sed -n 's/.*"due_fen":\([0-9]*\).*/\1/p')
	[ "$due" = 0 ] || as chen pay "$no" --method "$2" --amount "$((due / 100)).00" --ref "D$no" >&2 || return 1
	echo "$no"
}
# a demo home is used again: its organisations have their certificates then, so each day gets new ones
fresh() { # FILE N -> a copy for an organisation that has no certificate yet
	sed "s/\"org.credit_code\": \"[0-9A-Z]*\"/\"org.credit_code\": \"$("$b/tests/credit-code" "$((day * 10 + $2))")\"/" "forms/demo/$1.json" > "$work/$1.json"
	echo "$work/$1.json"
}

# the services: what is known of the holder fills their forms, so a file names the certificate and what changes
serial_of() { as zhou show "$1" --json | sed 's/.*"items":\[//' | tr ',{' '\n\n' | sed -n 's/^"serial":"\([0-9A-F]*\)".*/\1/p' | head -n 1; }
token_of() { as zhou show "$1" --json | sed 's/.*"items":\[//' | tr ',{' '\n\n' | sed -n 's/^"token":"\([^"]*\)".*/\1/p' | head -n 1; }
on() { # FILE SERIAL -> a copy for that certificate
	sed "s/\"SERIAL\"/\"$2\"/" "forms/demo/$1.json" > "$work/$1.json"
	echo "$work/$1.json"
}
approved() { # FILE METHOD -> number, at the end of its checks
	no=$(enter "$1" "$2") || return 1
	as chen submit "$no" >&2 && as huang review "$no" approve >&2 || return 1
	echo "$no"
}
is() { # WHAT SERIAL STATE
	state=$(as zhou cert show "$2" --json | sed -n 's/.*"state":"\([a-z]*\)".*/\1/p')
	if [ "$state" = "$3" ]; then row "$1" "$2" "$state" ok; else row "$1" "$2" "$state" "expected $3"; bad=1; fi
}

if [ ! -d "$home" ]; then
	"$ra" --home "$home" init --demo || exit 1
fi
"$ra" --home "$home" ca status >/dev/null 2>&1 || { must "$ra" --home "$home" ca start; started=yes; }
"$ra" --home "$home" migrate >/dev/null || exit 1
if [ -t 0 ] && [ -t 1 ]; then	# whoever sits there plays the day
	[ -n "$(as chen token list --state blank)" ] || must as chen token add --soft 12 >/dev/null
	"$ra" --home "$home" console
	exit
fi
day=$(as chen list --json | tr '{' '\n' | grep -c '"no"')
echo "demo home $home: logins in $home/demo-logins"
must as chen token add --soft 12

echo "1. a walk-in case, from the form to the hand-over"
no=$(enter "$(fresh walk-in 1)" wechat) && must as chen submit "$no"
must_not as chen review "$no" approve
must as huang review "$no" approve
must as zhou issue "$no"
pin=$(as zhou pin "$no")
must_not as li deliver "$no" --to 刘晓彤 --id-no 110105194912310038
must as li deliver "$no" --to 刘晓彤 --id-no 11010519491231002X
want "walk-in" "$no" closed
first=$no

echo "2. returned by the reviewer, corrected, approved"
no=$(enter "$(fresh returned 2)" card) && must as chen submit "$no"
must as huang review "$no" return --reason "单位地址与执照不一致"
echo '{"org.address": "东莞市东城街道莞塘路18号"}' > "$work/edit.json"
must as chen edit "$no" "$work/edit.json"
for m in $(codes "$no"); do must as chen material "$no" "$m" pass; done
must as chen submit "$no" && must as huang review "$no" approve && must as huang issue "$no"
must as chen deliver "$no" --to 陈丽君 --id-no "$(sed -n 's/.*"agent.id_no": "\([0-9X]*\)".*/\1/p' forms/demo/returned.json)"
want "returned, corrected" "$no" closed

echo "3. refused"
no=$(enter "$(fresh refused 3)" alipay) && must as chen submit "$no"
must as huang review "$no" refuse --reason "经办人授权已撤销"
want "refused" "$no" refused

echo "4. two clerks on one application"
no=$(as chen apply "$(fresh conflict 4)") && must as chen accept "$no"
seen=$(as li show "$no" --json | sed -n 's/.*"version":\([0-9]*\).*/\1/p')
must as chen edit "$no" "$work/edit.json" --version "$seen"
echo '{"org.address": "东莞市厚街镇鸿运路1号"}' > "$work/edit2.json"
must_not as li edit "$no" "$work/edit2.json" --version "$seen"
must as li withdraw "$no" --reason "申请单位撤回"
want "conflict of two clerks" "$no" withdrawn

echo "5. the CA is down, and back"
no=$(enter "$(fresh ca-down 5)" card) && must as chen submit "$no" && must as huang review "$no" approve
must "$ra" --home "$home" ca stop
must_not as huang issue "$no"
want "CA down" "$no" issuing
must "$ra" --home "$home" ca start && started=yes
must as zhou resume
want "CA back, resumed" "$no" issued
plain=$no

echo "6. killed between the CA's answer and its confirmation, resumed"
no=$(enter "$(fresh killed 6)" wechat) && must as chen submit "$no" && must as huang review "$no" approve
RA_KILL_AT=STEP_RECEIVED as huang issue "$no" 2>/dev/null
want "killed" "$no" issuing
must as zhou resume
want "resumed" "$no" issued
spare=$no

echo "7. renewed in time: the holder's token, plugged in, and the holder's own PIN"
old=$(serial_of "$first")
no=$(approved "$(on renew "$old")" card)
RA_TOKEN_PIN=$pin must as zhou issue "$no"
must as li deliver "$no" --to 刘晓彤 --id-no 11010519491231002X
is "renewed: old" "$old" superseded
new=$(serial_of "$no")
is "renewed: new" "$new" valid
must_not as chen apply "$(on renew "$old")"

echo "8. lost: on hold at once, replaced on a new token, revoked"
old=$new
no=$(approved "$(on replace "$old")" card)
is "lost, at once" "$old" hold
must_not as chen apply "$(on unlock "$old")"
must as zhou issue "$no"
is "replaced: old" "$old" revoked
new=$(serial_of "$no")
must as li deliver "$no" --to 刘晓彤 --id-no 11010519491231002X
want "replaced" "$no" closed

echo "9. renamed: old and new side by side, the same token"
old=$new
no=$(approved "$(on change "$old")" card)
as huang show "$no" | grep '^\*'
must as zhou issue "$no"
must as li deliver "$no" --to 刘晓彤 --id-no 11010519491231002X
is "changed: old" "$old" revoked
new=$(serial_of "$no")
is "changed: new" "$new" valid
token=$(token_of "$no")

echo "10. PIN forgotten: unlocked"
no=$(approved "$(on unlock "$new")" card)
must_not as zhou issue "$no"
must as zhou unlock "$no" --token "$token"
must as li deliver "$no" --to 刘晓彤 --id-no 11010519491231002X
want "unlocked" "$no" closed

echo "11. loss reported by mail, found again"
no=$(approved "$(on report-loss "$new")" transfer) && must as zhou revoke "$no"
is "loss reported" "$new" hold
no=$(approved "$(on found "$new")" card) && must as zhou revoke "$no"
is "found again" "$new" valid

echo "12. a seal for a certificate that has none"
must as chen deliver "$plain" --to "$(sed -n 's/.*"agent.name": "\(.*\)".*/\1/p' forms/demo/ca-down.json)" \
	--id-no "$(sed -n 's/.*"agent.id_no": "\([0-9X]*\)".*/\1/p' forms/demo/ca-down.json)"
no=$(approved "$(on add-seal "$(serial_of "$plain")")" wechat) && must as zhou issue "$no"
want "seal added" "$no" issued

echo "13. revoked; and in an emergency, held at once by a supervisor, decided by a second person"
no=$(approved "$(on revoke "$new")" card) && must as zhou revoke "$no"
is "revoked" "$new" revoked
must_not as chen apply "$(on renew "$new")"
new=$(serial_of "$spare")
must as chen deliver "$spare" --to "$(sed -n 's/.*"agent.name": "\(.*\)".*/\1/p' forms/demo/killed.json)" \
	--id-no "$(sed -n 's/.*"agent.id_no": "\([0-9X]*\)".*/\1/p' forms/demo/killed.json)"
no=$(as liang revoke --emergency "$new" --reason key_compromise)
is "emergency, at once" "$new" hold
must_not as liang review "$no" approve
must as huang review "$no" approve
must as zhou revoke "$no"
is "emergency, decided" "$new" revoked

echo "14. another scheme: an organisation with its users, and one more"
no=$(approved "$(fresh package 7)" wechat) && must as zhou issue "$no"
want "package" "$no" issued
must as chen deliver "$no" --to 叶晓峰 --id-no 441900198202140772
package=$(serial_of "$no")
no=$(approved "$(on add-users "$package")" wechat) && must as zhou issue "$no"
want "one more user" "$no" issued
must as chen deliver "$no" --to 叶晓峰 --id-no 441900198202140772

amounts() { sed -i 's/\(per = "[a-z]*"; \)}/\1fen = 12300; }/' "$1"; must as liang scheme load "$1"; }
echo "15. a scheme whose amounts are not published: none is taken until a supervisor has loaded them"
as liang scheme show zhaoqing > "$work/zhaoqing.cfg"
if ! grep -q 'fen = 12300' "$work/zhaoqing.cfg"; then
	must_not as chen apply "$(fresh swap 8)"
	amounts "$work/zhaoqing.cfg"
fi
no=$(approved "$(fresh swap 8)" wechat) && must as zhou issue "$no"
must as chen deliver "$no" --courier 顺丰 --tracking "SF$no"
must as chen confirm "$no"
want "token of another CA swapped" "$no" closed

echo "16. one certificate at the whole centre: who has one adds the other application to it"
as liang scheme show guangzhou > "$work/guangzhou.cfg"
grep -q 'fen = 12300' "$work/guangzhou.cfg" || amounts "$work/guangzhou.cfg"
if ! as liang scheme show centre_demo > "$work/other.cfg" 2>/dev/null; then	# another application area there, of the day only
	sed -e 's/^id = .*/id = "centre_demo";/' -e 's/^name = .*/name = "广州市电子签名中心（演示应用）";/' \
		-e 's/^name_en = .*/name_en = "Guangzhou e-signature centre, demo area";/' -e 's/name = "市城建"/name = "演示应用"/' \
		-e 's/\(per = "[a-z]*"; \)}/\1fen = 12300; }/' "$work/guangzhou.cfg" > "$work/other.cfg"
	must as liang scheme load "$work/other.cfg"
fi
centre=$(fresh centre 9)
no=$(approved "$centre" card) && must as zhou issue "$no"
must as chen deliver "$no" --to 叶晓峰 --id-no 441900198202140772
serial=$(serial_of "$no")
sed 's/"guangzhou"/"centre_demo"/' "$centre" > "$work/second.json"
second=$(as chen apply "$work/second.json") && must_not as chen accept "$second" && must as chen withdraw "$second" --reason "已有证书，改为增开应用"
must_not as chen apply "$(on add-application "$serial")"
sed 's/"guangzhou"/"centre_demo"/' "$(on add-application "$serial")" > "$work/add.json"
no=$(approved "$work/add.json" card) && must as zhou issue "$no"
must as li deliver "$no" --to 叶晓峰 --id-no 441900198202140772
want "application added" "$no" closed
as zhou cert show "$serial" | grep "演示应用" || { echo "the certificate does not serve the added application"; bad=1; }

echo "17. organisation and administrator renewed as one"
no=$(approved "$(on renew-package "$package")" wechat) && must as zhou issue "$no"
must as chen deliver "$no" --to 叶晓峰 --id-no 441900198202140772
want "both renewed" "$no" closed
is "renewed: organisation" "$(serial_of "$no")" valid
is "renewed: before it" "$package" superseded

echo "18. the papers of the day"
papers() { as zhou print "$1" --json | sed -n 's/.*"papers":\[\([^]]*\)\].*/\1/p' | tr -d '"' | tr ',' ' '; }
pages=$(mktemp)
mkdir -p "$home/print"
for no in $(cut -d"|" -f2 "$table" | grep "^DG" | sort -u); do
	for p in $(papers "$no"); do
		must as zhou print "$no" "$p" --out "$home/print/$no-$p.pdf" --reason "演示" >/dev/null && echo "$home/print/$no-$p.pdf" >> "$pages"
	done
done
printf '%s pages made:\n' "$(wc -l < "$pages")"
sed 's/^/  /' "$pages"
rm -f "$pages"

must as he audit verify
echo
printf '%-28s %-34s %-11s %s\n' "what" "application or certificate" "state" ""
while IFS='|' read -r a c d e; do printf '%-28s %-34s %-11s %s\n' "$a" "$c" "$d" "$e"; done < "$table"
[ $bad = 0 ] && echo "the demo day went as it should" || echo "a step failed"
exit $bad
