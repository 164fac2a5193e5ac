// Go kit's own etcdv3 registrar and instancer, for the tests of @fairlead/etcd:
//
//	go-kit-etcdv3 register ENDPOINT KEY VALUE   registers until SIGTERM, then deregisters
//	go-kit-etcdv3 watch ENDPOINT PREFIX         prints each set of instances as a line
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sort"
	"strings"
	"syscall"
	"time"

	"github.com/go-kit/kit/sd"
	"github.com/go-kit/kit/sd/etcdv3"
	"github.com/go-kit/log"
)

func main() {
	if len(os.Args) < 4 {
		fmt.Fprintln(os.Stderr, "usage: register ENDPOINT KEY VALUE | watch ENDPOINT PREFIX")
		os.Exit(2)
	}
	client, err := etcdv3.NewClient(context.Background(), []string{os.Args[2]}, etcdv3.ClientOptions{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	logger := log.NewLogfmtLogger(os.Stderr)
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	switch os.Args[1] {
	case "register":
		ttl := etcdv3.NewTTLOption(time.Second, 5*time.Second)
		registrar := etcdv3.NewRegistrar(client, etcdv3.Service{Key: os.Args[3], Value: os.Args[4], TTL: ttl}, logger)
		registrar.Register()
		<-stop
		registrar.Deregister()
	case "watch":
		instancer, err := etcdv3.NewInstancer(client, os.Args[3], logger)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		events := make(chan sd.Event)
		go instancer.Register(events)
		for {
			select {
			case event := <-events:
				sort.Strings(event.Instances)
				fmt.Println("instances=" + strings.Join(event.Instances, ","))
			case <-stop:
				return
			}
		}
	}
}
